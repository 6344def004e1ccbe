import BFD

import ArgumentParser
@main struct Herald: ParsableCommand {}

"""What a build need not do again: subjects that did not change, packages that would come out the same."""

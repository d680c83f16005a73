"""`python -m atlas_decks`: the command line where its script is not on the path."""

from atlas_decks.cli import main

if __name__ == "__main__":
    main()

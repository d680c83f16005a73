"""When and where a card is met: order of new cards, weeks, decks, limits a day."""

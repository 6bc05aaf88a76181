"""What drugsearch knows about medicines: their names, and the kinds of sections about them."""

"""What a message costs here, in the bare loops below it, and in what a person would pick instead."""

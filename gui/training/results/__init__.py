"""What a network answers: confusion matrix, predictions, measures."""

"""Public architectures as their papers publish them: in none of them may the checker find a fault."""

"""What is shown of problems beside backpropagation."""

"""The prediction service: the champion answers online, and each prediction is stored before it is answered."""

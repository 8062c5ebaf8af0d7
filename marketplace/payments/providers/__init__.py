"""The ways in which money moves: bank transfer by VietQR, and cash on delivery."""

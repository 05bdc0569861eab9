"""What the system is about: pure Python, no Ray and no database."""

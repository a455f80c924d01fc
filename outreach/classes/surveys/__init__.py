"""地区アンケート: districts say which courses they want and when; the system proposes dates for them all."""

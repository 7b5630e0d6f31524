"""Rules as scripted scenarios that look again at every view a step could have touched."""

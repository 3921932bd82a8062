"""The promises about sequences: whatever anyone does, whatever comes at once, whatever is killed midway."""

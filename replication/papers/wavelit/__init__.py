"""WaveLiT: small forecasters on wavelet tokens for datasets of The Well."""

"""Files and Hub sets in; accepted and refused rows out."""

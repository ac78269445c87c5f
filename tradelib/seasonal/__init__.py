"""Seasonal adjustment by X-13ARIMA-SEATS and STL, and tests for residual seasonality."""

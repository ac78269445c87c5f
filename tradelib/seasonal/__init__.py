"""Seasonal adjustment by X-13ARIMA-SEATS and STL, and seasonality that is left."""

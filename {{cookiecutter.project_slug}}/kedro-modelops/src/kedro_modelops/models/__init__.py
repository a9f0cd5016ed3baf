"""Estimators made from parameters, and how models are kept, scored and explained."""

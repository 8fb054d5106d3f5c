"""Coupons: offers HQ defines, copies customers take, and what becomes of each."""

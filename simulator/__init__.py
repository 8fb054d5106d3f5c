"""A WeChat on your machine: pushes signed traffic into a webhook and answers the platform's calls, limits included.

It knows the product only by its HTTP addresses and speaks WeChat's formats through wechatpy, so that
what the product signs, encrypts and parses is judged by an independent implementation.
"""

"""The addresses of api.weixin.qq.com that a retail brand calls, with WeChat's checks and error codes."""

"""The browser module that pages of other origins load: `/client/v1.js` and its types.

The folder is an npm package as it is (`npm pack gateway/client`). It knows the gateway by its contract alone.
"""

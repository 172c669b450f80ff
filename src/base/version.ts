/** The version of the package, as in package.json. gevent: `__version__`. */
export const version = '0.1.0';

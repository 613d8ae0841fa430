/** The version of the product, as it names itself to registries and in its file name. */
export const VERSION = "0.1.0";

/** Products of numbers by dense matrices. Not exported. */
package dev.spikelane.kernel.product.dense;

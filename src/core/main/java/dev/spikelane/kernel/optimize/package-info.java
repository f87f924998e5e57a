/**
 * Kernels of a training step outside the network: an optimizer's updates of parameters, norms and bounds of gradients.
 * They work on memory in any layout.
 */
package dev.spikelane.kernel.optimize;

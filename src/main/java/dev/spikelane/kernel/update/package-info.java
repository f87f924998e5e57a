/**
 * What a training step does outside the network: updates of parameters by an optimizer, norms and bounds of gradients,
 * and the softmax of outputs. They work on memory in any layout.
 */
package dev.spikelane.kernel.update;

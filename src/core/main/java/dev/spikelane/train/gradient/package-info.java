/**
 * The way back: gradients of a window of a network, from those that losses give to populations to weights, inputs and
 * variables. {@link dev.spikelane.train.Gradients} is the front of it.
 */
package dev.spikelane.train.gradient;

/**
 * The backward pass of a window: from the losses' gradients of populations to gradients of weights, inputs and
 * variables. {@link dev.spikelane.train.Gradients} is the public entry. Start with
 * {@link dev.spikelane.train.gradient.GradientRun}.
 */
package dev.spikelane.train.gradient;

/**
 * Steps of neurons that are a sequence of plain operations, forward and backward:
 * {@link dev.spikelane.kernel.step.leaky.LeakyStep} and {@link dev.spikelane.kernel.step.leaky.LeakyBackward}, whose
 * loops are made for the options in use.
 */
package dev.spikelane.kernel.step.leaky;

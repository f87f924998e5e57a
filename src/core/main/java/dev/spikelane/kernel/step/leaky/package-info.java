/**
 * Steps of neurons that are a sequence of plain operations, {@link dev.spikelane.kernel.step.leaky.LeakyStep}: a text
 * says what they do ({@link dev.spikelane.kernel.step.leaky.LeakyText}), of which loops are made, forward and back.
 */
package dev.spikelane.kernel.step.leaky;

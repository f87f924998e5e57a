/**
 * Steps of neurons that are a sequence of plain operations: {@link dev.spikelane.kernel.step.leaky.LeakyText} says them
 * as equations, of which loops are made, forward and back.
 */
package dev.spikelane.kernel.step.leaky;

/**
 * The computations of losses: terms and gradients of some samples, from {@link dev.spikelane.train.loss.LossRows} into
 * a {@link dev.spikelane.train.loss.LossSink}. {@link dev.spikelane.train.CrossEntropyLoss} and {@link
 * dev.spikelane.train.SquaredErrorLoss} say what a loss is and choose among these.
 */
package dev.spikelane.train.loss;

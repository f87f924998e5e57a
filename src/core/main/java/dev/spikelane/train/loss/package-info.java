/**
 * The computations of losses: terms and gradients of some samples, from {@link dev.spikelane.train.loss.LossRows} into
 * a {@link dev.spikelane.train.loss.LossSink}. {@link dev.spikelane.train.CrossEntropyLoss} and
 * {@link dev.spikelane.train.SquaredErrorLoss} select among them. Start with {@link dev.spikelane.train.loss.LossKind}.
 */
package dev.spikelane.train.loss;

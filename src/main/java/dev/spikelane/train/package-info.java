/**
 * Training: surrogate gradients, losses, metrics, optimizers, clipping and schedules, with the formulas of snnTorch and PyTorch.
 *
 * <p>Everything here is an immutable description until it is bound: a {@link dev.spikelane.train.Loss} to the shape of a batch, an
 * {@link dev.spikelane.train.Optimizer} to the memory of a parameter. What is bound owns its scratch memory and allocates nothing from then on.
 *
 * <p>Every sum has one order, so results do not depend on the width of vectors: classes ascending, steps ascending, samples ascending.
 */
package dev.spikelane.train;

/**
 * Training: surrogate gradients, losses, metrics, optimizers, clipping and schedules, with the formulas of snnTorch and
 * PyTorch.
 *
 * <p>Everything here is an immutable description until it is bound: a {@link dev.spikelane.train.Loss} to the shape of
 * a batch, an {@link dev.spikelane.train.Trainer.Optimizer} to the memory of a parameter. A bound object owns its
 * scratch memory and allocates nothing from then on.
 *
 * <p>Every sum has one order, so results do not depend on the width of vectors: classes ascending, steps ascending,
 * samples ascending.
 *
 * <p>Losses have the values and gradients of {@code snntorch.functional}:
 *
 * <table>
 * <caption>Functions of snnTorch</caption>
 * <tr><th>snnTorch</th><th>here</th></tr>
 * <tr><td>ce_rate_loss, ce_count_loss, ce_max_membrane_loss, ce_temporal_loss</td>
 *     <td>{@link dev.spikelane.train.CrossEntropyLoss}, which also has a form for the membranes of each step</td></tr>
 * <tr><td>mse_count_loss, mse_membrane_loss, mse_temporal_loss</td>
 *     <td>{@link dev.spikelane.train.SquaredErrorLoss}</td></tr>
 * <tr><td>l1_rate_sparsity</td><td>{@link dev.spikelane.train.Loss#spikeRatePenalty}</td></tr>
 * <tr><td>accuracy_rate, accuracy_temporal</td><td>{@link dev.spikelane.train.Decoding}</td></tr>
 * <tr><td>snntorch.surrogate</td><td>{@link dev.spikelane.train.Surrogate}</td></tr>
 * </table>
 *
 * <p>with these differences from snnTorch 0.9.4:
 *
 * <table>
 * <caption>Differences</caption>
 * <tr><th>snnTorch</th><th>there</th><th>here</th></tr>
 * <tr><td>sigmoid, far below the threshold</td><td>NaN</td><td>0</td></tr>
 * <tr><td>LSO</td><td>cannot be called</td><td>works as documented</td></tr>
 * <tr><td>ce_rate_loss, population code</td><td>an error without weights; with them, outputs are not pooled</td>
 *     <td>outputs of a class are summed; weights for outputs give snnTorch's numbers</td></tr>
 * <tr><td>mse losses, weights</td><td>weigh outputs by the label of another sample; an error unless there are as many
 * samples as outputs</td><td>{@code withWeights} weighs samples by their label; {@code withOutputWeights} gives
 * snnTorch's numbers</td></tr>
 * <tr><td>mse_temporal_loss, several spikes</td><td>ignores whole steps of all outputs and samples</td>
 *     <td>the spikes of each output; {@code withSharedSteps} gives snnTorch's numbers</td></tr>
 * <tr><td>mse_temporal_loss, target_is_time</td><td>rewrites negative times in the caller's tensor</td>
 *     <td>leaves them as they are</td></tr>
 * <tr><td>mse_membrane_loss, targets in time</td><td>a class for each step</td>
 *     <td>a class for each step, or numbers for each step and sample</td></tr>
 * <tr><td>SSO</td><td>draws from torch's generator, whose numbers depend on the place in the batch</td>
 *     <td>draws from seed, epoch, sample, step and neuron</td></tr>
 * <tr><td>losses of spikes, graded outputs</td><td>read the value of the spikes</td>
 *     <td>an error that asks for a loss of membranes</td></tr>
 * <tr><td>labels that are not a class</td><td>torch's error</td><td>an error that names the label</td></tr>
 * </table>
 */
package dev.spikelane.train;

/**
 * Encoders: turn data and labels into spikes or targets over time, as {@code snntorch.spikegen} does.
 *
 * <p>An encoder is a record of its options. It writes into the caller's matrices and allocates nothing; rows of a batch
 * over time are time-major, row = step * batch + sample. The numbers are snnTorch's bit for bit, for random codes too
 * if a {@link dev.spikelane.random.TorchRandom} draws them. Options that Python holds as float64 are {@code double}:
 * they are rounded to float32 only when they are combined with the data, because sums of options show in the last bit.
 * Start with {@link dev.spikelane.encode.Rate}.
 * <table>
 * <caption>Functions of snntorch.spikegen</caption>
 * <tr><th>snnTorch</th><th>here</th></tr>
 * <tr><td>rate, rate_conv</td><td>{@link dev.spikelane.encode.Rate}</td></tr>
 * <tr><td>latency</td><td>{@link dev.spikelane.encode.Latency} (spikes), {@link dev.spikelane.encode.Latency.Targets}
 * (on and off targets, interpolation)</td></tr>
 * <tr><td>latency_code, latency_code_log, latency_code_linear</td>
 * <td>{@link dev.spikelane.encode.Latency#times}</td></tr>
 * <tr><td>delta</td><td>{@link dev.spikelane.encode.Delta}</td></tr>
 * <tr><td>to_one_hot, to_one_hot_inverse, from_one_hot</td><td>{@link dev.spikelane.encode.OneHot}</td></tr>
 * <tr><td>targets_rate, targets_convert(code="rate")</td><td>{@link dev.spikelane.encode.RateTargets}</td></tr>
 * <tr><td>targets_latency, targets_convert(code="latency")</td>
 * <td>{@link dev.spikelane.encode.Latency.Targets}</td></tr>
 * <tr><td>target_rate_code</td><td>{@link dev.spikelane.encode.RateTargets#fire},
 * {@link dev.spikelane.encode.RateTargets.Pattern}</td></tr>
 * <tr><td>rate_interpolate, latency_interpolate</td><td>{@link dev.spikelane.encode.RateTargets#interpolate},
 * {@link dev.spikelane.encode.Latency.Targets#interpolate}</td></tr>
 * </table>
 *
 * <p>The numbers equal the numbers of snnTorch 0.9.4, with these exceptions:
 * <table>
 * <caption>Differences</caption>
 * <tr><th>snnTorch</th><th>there</th><th>here</th></tr>
 * <tr><td>rate, time-varying data</td><td>gain and offset are ignored</td><td>they are applied</td></tr>
 * <tr><td>latency, interpolate and clip</td><td>clip is ignored</td>
 * <td>features below the threshold are off at all steps</td></tr>
 * <tr><td>latency, steps not given</td><td>the last spike time sets them if bypass is set</td>
 * <td>the output's rows are the steps; {@link dev.spikelane.encode.Latency#steps} counts them</td></tr>
 * <tr><td>latency, epsilon lost in float32 beside the threshold</td>
 * <td>infinite times become an undefined step (on x86 the last one, off at all steps where interpolated), or NaN when
 * normalized</td><td>IllegalArgumentException</td></tr>
 * <tr><td>latency, times of 2^63 steps and more</td><td>an undefined step (on x86 the last one)</td>
 * <td>after the last step, like other late times</td></tr>
 * <tr><td>latency_code, normalize, all times equal</td><td>NaN if the division is by zero</td>
 * <td>the first spike time; 0 for linear codes with data above 1</td></tr>
 * <tr><td>latency_code, normalize, linear times infinite in float32</td><td>NaN</td>
 * <td>IllegalArgumentException</td></tr>
 * <tr><td>latency_code, NaN or infinite data</td><td>NaN or infinite times; minus infinity counts as below the
 * threshold</td><td>IllegalArgumentException</td></tr>
 * <tr><td>latency_interpolate, NaN times</td><td>NaN, but off at step 0 if another neuron fires there</td>
 * <td>NaN</td></tr>
 * <tr><td>rate_interpolate, epsilon</td><td>a ramp is too long if epsilon is not small against a step of the ramp, and
 * too short if epsilon is lost beside on</td><td>no epsilon; every ramp has its exact length</td></tr>
 * <tr><td>rate_interpolate, on not above off</td><td>ramps too short if on is below off, an error if they are
 * equal</td><td>targets fall or stay</td></tr>
 * <tr><td>rate_interpolate, a spike after the last step</td><td>fewer targets than steps</td>
 * <td>such spikes cannot occur</td></tr>
 * <tr><td>targets_rate, rates other than 1 and 0</td><td>raises unless steps = classes or either is 1; then gives five
 * dimensions if it does not interpolate</td><td>works</td></tr>
 * <tr><td>targets_rate, rates 1 and 0</td><td>interpolate is ignored; no time axis if the first spike time is 0, None
 * if it is negative</td><td>interpolates; equal steps; IllegalArgumentException</td></tr>
 * <tr><td>targets_convert, code="latency"</td><td>drops on_target, off_target, interpolate and epsilon</td>
 * <td>all are used</td></tr>
 * <tr><td>target_rate_code, a time rounded up to num_steps (rate 0.07 of 100 steps)</td><td>raises</td>
 * <td>fires in the last step</td></tr>
 * <tr><td>from_one_hot</td><td>the numbers of the rows</td><td>the classes, as documented</td></tr>
 * </table>
 *
 * <p>These look like mistakes in snnTorch, and are kept: a negative off target counts as 0 if on is above it
 * ({@code max(one_hot * on, off)}); {@code latency_interpolate} loses the target at a spike where float32 rounds it
 * past on; without normalization, or with a linear code, data below the threshold fire last, but not in the last step.
 */
package dev.spikelane.encode;

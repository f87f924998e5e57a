/**
 * Neuron models: immutable parameter records that know their equations.
 *
 * <p>A {@link dev.spikelane.neuron.Neuron} is a model. {@linkplain dev.spikelane.neuron.Neuron#bind Bound} to a number
 * of neurons it becomes a {@link dev.spikelane.neuron.NeuronGroup}, which charges, fires and resets them; the caller
 * owns their {@link dev.spikelane.neuron.NeuronState}, the state between two steps.
 * {@link dev.spikelane.neuron.ThresholdAndReset} holds the options that all models share,
 * {@link dev.spikelane.neuron.Lif} has the conventions of other libraries as presets, and
 * {@link dev.spikelane.neuron.EquationNeuron} makes a model from any text. A {@link dev.spikelane.neuron.Source} takes
 * no input.
 *
 * <p>Values of parameters may be given as double everywhere, and are rounded once to float32.
 * {@link dev.spikelane.neuron.Neuron#parameters} names them, and {@link dev.spikelane.neuron.Neuron#run} runs a few
 * neurons in one line.
 *
 * <table>
 * <caption>Models of snnTorch 0.9.4</caption>
 * <tr><th>snnTorch</th><th>here</th><th>numbers</th></tr>
 * <tr><td>Leaky</td><td>{@link dev.spikelane.neuron.Leaky}</td><td>bit for bit</td></tr>
 * <tr><td>Synaptic</td><td>{@link dev.spikelane.neuron.Synaptic}</td><td>bit for bit</td></tr>
 * <tr><td>Alpha</td><td>{@link dev.spikelane.neuron.Alpha}</td><td>bit for bit</td></tr>
 * <tr><td>Lapicque</td><td>{@link dev.spikelane.neuron.Lapicque}</td><td>bit for bit</td></tr>
 * <tr><td>RLeaky, RSynaptic</td><td>{@link dev.spikelane.neuron.RLeaky}, {@link dev.spikelane.neuron.RSynaptic}</td>
 *     <td>bit for bit one to one; to rounding all to all</td></tr>
 * <tr><td>DeltaLeaky</td><td>{@link dev.spikelane.neuron.DeltaLeaky}</td><td>bit for bit</td></tr>
 * <tr><td>StateLeaky</td><td>{@link dev.spikelane.neuron.StateLeaky}</td><td>to rounding</td></tr>
 * <tr><td>LinearLeaky</td><td>a dense connection, then {@link dev.spikelane.neuron.StateLeaky}</td>
 *     <td>to rounding</td></tr>
 * <tr><td>LeakyParallel</td><td>a dense connection, then {@link dev.spikelane.neuron.LeakyParallel}</td>
 *     <td>to rounding</td></tr>
 * <tr><td>SLSTM</td><td>a dense connection, then {@link dev.spikelane.neuron.SLstm};
 * {@link dev.spikelane.neuron.SLstm#random} makes both with torch's random weights</td><td>to rounding</td></tr>
 * <tr><td>functional.quant.state_quant</td><td>{@link dev.spikelane.neuron.Quantization}</td>
 *     <td>the level of {@code argmin}</td></tr>
 * </table>
 *
 * <p>If snnTorch returns a number, so does this package, and it is the same number. If snnTorch raises, returns NaN
 * from finite input, ignores an option or loses a state, this package follows snnTorch's documentation. Meaningless
 * parameters are refused:
 *
 * <table>
 * <caption>Differences from snnTorch 0.9.4</caption>
 * <tr><th>where</th><th>snnTorch</th><th>here</th></tr>
 * <tr><td>all models</td><td>another batch size zeroes the state silently</td>
 *     <td>an error; the state belongs to the caller</td></tr>
 * <tr><td>all models</td><td>a call without a state continues from the last call, and {@code utils.reset} resets other
 * networks too</td><td>each call takes a state object</td></tr>
 * <tr><td>all models</td><td>{@code reset_mechanism} set later changes an immediate reset, but not a delayed one</td>
 *     <td>{@code withFiring} returns another model</td></tr>
 * <tr><td>all models</td><td>NaN or infinite parameters are accepted</td><td>an error that names the
 * parameter</td></tr>
 * <tr><td>Leaky</td><td>graded factor 0 with {@code reset_delay=False}: NaN, or infinity for the winner of an
 * inhibition</td><td>the spike is not divided</td></tr>
 * <tr><td>Leaky and others</td><td>inhibition warns, and raises IndexError unless the input is 2-D</td>
 *     <td>inhibition in every row of a batch</td></tr>
 * <tr><td>Lapicque</td><td>beta, R or C for each neuron raises RuntimeError</td>
 *     <td>each neuron has its own circuit</td></tr>
 * <tr><td>Lapicque</td><td>beta 1 (infinite capacitance) keeps the membrane constant or gives NaN; time step 0 keeps it
 * constant</td><td>an error</td></tr>
 * <tr><td>Alpha</td><td>alpha 0 with a negative beta: NaN</td><td>an error, as if alpha is not above beta</td></tr>
 * <tr><td>RSynaptic</td><td>{@code reset_delay=False} raises TypeError, or has no effect with states passed in</td>
 *     <td>resets as RLeaky</td></tr>
 * <tr><td>RSynaptic</td><td>{@code reset_hidden} keeps the spikes of the previous step</td>
 *     <td>a reset clears them too</td></tr>
 * <tr><td>SLSTM</td><td>zeroes both states at every step unless the numbers of inputs and neurons are equal</td>
 *     <td>states persist</td></tr>
 * <tr><td>SLSTM</td><td>inhibition is ignored</td><td>inhibition works</td></tr>
 * <tr><td>LeakyParallel</td><td>beta for each neuron is ignored, random weights stay</td>
 *     <td>each neuron has its own beta</td></tr>
 * <tr><td>LeakyParallel</td><td>one infinite or NaN membrane makes its whole row NaN, because one-to-one weights are a
 * full matrix with zeros</td><td>other membranes stay finite; all to all as in snnTorch</td></tr>
 * <tr><td>LeakyParallel</td><td>membranes are not returned, states are lost between calls</td>
 *     <td>a state, as for all models</td></tr>
 * <tr><td>LeakyParallel</td><td>dropout is ignored, as its RNN has one layer</td>
 *     <td>output spikes are dropped, with random numbers of {@link dev.spikelane.random.CounterRandom} instead of
 * torch</td></tr>
 * <tr><td>StateLeaky</td><td>states are lost between calls</td><td>states persist, also with a truncated
 * kernel</td></tr>
 * <tr><td>StateLeaky</td><td>beta above 1: a growing exponential</td><td>an error</td></tr>
 * <tr><td>DeltaLeaky</td><td>reset, inhibition, graded spikes, quantization and clamping of beta are ignored</td>
 *     <td>absent; beta is not clamped</td></tr>
 * <tr><td>state_quant</td><td>{@code upper_limit=0} with levels around the threshold raises ZeroDivisionError</td>
 *     <td>the threshold is the highest level</td></tr>
 * <tr><td>state_quant</td><td>a threshold or a highest level of at most 0, or a lowest level above 0: levels out of
 * order</td><td>an error; {@link dev.spikelane.neuron.Quantization#of} takes any levels</td></tr>
 * <tr><td>state_quant</td><td>prints uniform levels</td><td>prints nothing</td></tr>
 * </table>
 *
 * <p>If snnTorch's code and documentation differ in a number, this package follows the code: the strict comparison
 * that the documentation calls {@code >=}; a reset ZERO of Leaky that keeps the step's input; the difference S - R of
 * an immediate reset, which may add the threshold; Lapicque's decay {@code 1 + ln(beta)}; the decay
 * {@code exp(beta - 1)} and the squared graded factor of StateLeaky.
 */
package dev.spikelane.neuron;

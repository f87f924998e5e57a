package dev.spikelane.data;

import dev.spikelane.io.EventBinning;
import dev.spikelane.io.Idx;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.memory.Shape;
import dev.spikelane.memory.SpikeMatrix;
import dev.spikelane.random.TorchRandom;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * Samples with numbers from 0, each with values and a label. A data set does not change, and several threads may read
 * it.
 */
public interface Dataset {

    /**
     * Returns the number of samples.
     *
     * @return samples, at least 1
     */
    int size();

    /**
     * Returns the shape of a sample.
     *
     * @return the shape, in torch's order (channel, y, x)
     */
    Shape shape();

    /**
     * Returns the number of classes.
     *
     * @return classes, or 0 if samples have no labels
     */
    int classes();

    /**
     * Returns the class of a sample.
     *
     * @param sample its number
     * @return a number from 0 to {@code classes() - 1}; 0 if samples have no labels
     * @throws IndexOutOfBoundsException if there is no such sample
     */
    int label(int sample);

    /**
     * Writes the values of a sample, without allocation.
     *
     * @param sample its number
     * @param into {@code [any x shape().size()]}
     * @param row the row, overwritten
     * @throws IndexOutOfBoundsException if there is no such sample or row
     * @throws IllegalArgumentException if the matrix has another number of columns
     */
    void read(int sample, FloatMatrix into, int row);

    /**
     * Returns the number of steps of a sample, if lengths differ. Rows of an encoding after its last step are cleared.
     *
     * @param sample its number
     * @return steps, at least 1; 0 if it has all steps of its encoding
     */
    default int length(int sample) {
        return 0;
    }

    /**
     * Writes the spikes of a recording.
     *
     * @param sample its number
     * @param into {@code [any x shape().size()]}
     * @param row the row of the first step; the rows of all steps are overwritten
     * @param stride rows from a step to the next
     * @throws IndexOutOfBoundsException if there is no such sample or row
     * @throws IllegalStateException if samples are values
     */
    default void readSpikes(int sample, SpikeMatrix into, int row, int stride) {
        throw new IllegalStateException("data set has values, expected recordings of events");
    }

    /**
     * Returns the number of steps of a recording.
     *
     * @return steps, or 0 if samples are values
     */
    default int steps() {
        return 0;
    }

    /**
     * Returns the size of a sample's numeric target. Targets of steps are adjacent, {@code [steps x outputs]} in one
     * row.
     *
     * @return values, or 0 if there are no such targets
     */
    default int targetSize() {
        return 0;
    }

    /**
     * Writes the target of a sample, without allocation.
     *
     * @param sample its number
     * @param into {@code [any x targetSize()]}
     * @param row the row, overwritten
     * @throws IndexOutOfBoundsException if there is no such sample or row
     * @throws IllegalStateException if there are no such targets
     */
    default void readTarget(int sample, FloatMatrix into, int row) {
        throw new IllegalStateException("data set has no targets, only labels");
    }

    /**
     * Returns the size of the targets of each population that has its own. Losses of other populations read the
     * {@linkplain #targetSize target without a name}.
     *
     * @return values by population, in a constant order
     */
    default Map<String, Integer> targetSizes() {
        return Map.of();
    }

    /**
     * Writes the target of a sample for a population, without allocation.
     *
     * @param population a key of {@link #targetSizes}
     * @param sample its number
     * @param into {@code [any x values]}
     * @param row the row, overwritten
     * @throws IndexOutOfBoundsException if there is no such sample or row
     * @throws IllegalStateException if there are no such targets
     */
    default void readTarget(String population, int sample, FloatMatrix into, int row) {
        throw new IllegalStateException("data set has no targets of population '" + population + "'");
    }

    /**
     * Returns selected samples, numbered from 0.
     *
     * @param samples their numbers, in any order, at least one
     * @return the data set
     * @throws IllegalArgumentException if there are none
     * @throws IndexOutOfBoundsException if there is no such sample
     */
    default Dataset subset(int... samples) {
        return new Subset(this, samples);
    }

    /**
     * Returns consecutive samples, numbered from 0.
     *
     * @param first the first sample
     * @param count the number of samples, at least 1
     * @return the data set
     * @throws IllegalArgumentException if there are none
     * @throws IndexOutOfBoundsException if the range is not within the data set
     */
    default Dataset range(int first, int count) {
        int[] samples = new int[Math.max(0, count)];
        Arrays.setAll(samples, i -> first + i);
        return new Subset(this, samples);
    }

    /**
     * Splits the samples at random, as {@code torch.utils.data.random_split} does with
     * {@code torch.Generator().manual_seed(seed)}.
     *
     * @param seed the seed
     * @param lengths the number of samples of each part
     * @return the parts
     * @throws IllegalArgumentException if a length is below 1 or the sum is not the number of samples
     */
    default List<Dataset> split(long seed, int... lengths) {
        Objects.requireNonNull(lengths, "lengths");
        if (Arrays.stream(lengths).asLongStream().sum() != size()) {
            throw new IllegalArgumentException(
                    "lengths are " + Arrays.toString(lengths) + ", expected a sum of " + size() + ", all samples");
        }
        int[] order = new TorchRandom(seed).randperm(size());
        List<Dataset> parts = new ArrayList<>();
        int first = 0;
        for (int length : lengths) {
            parts.add(new Subset(this, Arrays.copyOfRange(order, first, first + length)));
            first += length;
        }
        return List.copyOf(parts);
    }

    /**
     * Splits the samples at random by shares, as {@code torch.utils.data.random_split} does with fractions: a part gets
     * {@code floor(share * size())} samples, and the first parts get one of the remaining samples each.
     *
     * @param seed the seed
     * @param shares a share from 0 to 1 for each part, with the sum 1
     * @return the parts
     * @throws IllegalArgumentException if a share or the sum is wrong, or a part has no sample
     */
    default List<Dataset> split(long seed, double... shares) {
        Objects.requireNonNull(shares, "shares");
        double sum = 0;
        int[] lengths = new int[shares.length];
        int left = size();
        for (int i = 0; i < shares.length; i++) {
            if (!(shares[i] >= 0 && shares[i] <= 1)) {
                throw new IllegalArgumentException(
                        "shares are " + Arrays.toString(shares) + ", expected numbers from 0 to 1");
            }
            sum += shares[i];
            lengths[i] = (int) Math.floor(size() * shares[i]);
            left -= lengths[i];
        }
        if (Math.abs(sum - 1) > 1e-9) {
            throw new IllegalArgumentException(
                    "shares are " + Arrays.toString(shares) + ", expected a sum of 1, found " + sum);
        }
        for (int i = 0; i < left; i++) {
            lengths[i % lengths.length]++;
        }
        return split(seed, lengths);
    }

    /**
     * Returns the samples with each value multiplied and shifted, {@code value * factor + offset}, in float32.
     *
     * @param factor a finite number
     * @param offset a finite number
     * @return the data set
     * @throws IllegalArgumentException if a number is not finite
     */
    default Dataset scaled(float factor, float offset) {
        return MappedDataset.scaled(this, factor, offset);
    }

    /**
     * Returns the samples normalized by channel, {@code (value - mean) / deviation}, in float32, as torchvision's
     * {@code Normalize} does.
     *
     * @param means one for each channel, or one for all
     * @param deviations one for each channel, or one for all, not 0
     * @return the data set
     * @throws IllegalArgumentException if the number of means or deviations is wrong, one is not finite, or a deviation
     *     is 0
     */
    default Dataset normalized(float[] means, float[] deviations) {
        Objects.requireNonNull(means, "means");
        Objects.requireNonNull(deviations, "deviations");
        return MappedDataset.normalized(this, means, deviations);
    }

    /**
     * Returns the samples as rows of values, in torch's order.
     *
     * @return the data set, of shape {@code [shape().size()]}
     */
    default Dataset flattened() {
        return MappedDataset.shaped(this, Shape.of(shape().size()));
    }

    /**
     * Appends the values of another data set, for networks with several inputs, in the network's order of inputs.
     * Labels and targets are from this data set.
     *
     * @param other a data set with an equal number of samples
     * @return the data set, of shape {@code [shape().size() + other.shape().size()]}
     * @throws IllegalArgumentException if the numbers of samples differ
     */
    default Dataset beside(Dataset other) {
        Objects.requireNonNull(other, "other");
        return new JoinedDataset(this, other);
    }

    /**
     * Returns the samples with targets for the losses of named populations; labels, and targets without a name, stay.
     *
     * @param targets for each population {@code [samples x outputs]}, or {@code [samples x (steps * outputs)]} with
     *     adjacent steps; not copied, readable by every thread
     * @return the data set
     * @throws IllegalArgumentException if there is not one row for each sample
     */
    default Dataset withTargets(Map<String, FloatMatrix> targets) {
        Objects.requireNonNull(targets, "targets");
        return new TargetedDataset(this, targets);
    }

    /**
     * Returns the samples with lengths.
     *
     * @param lengths the steps of each sample, at least 1
     * @return the data set
     * @throws IllegalArgumentException if their number is wrong, or one is below 1
     */
    default Dataset withLengths(int... lengths) {
        Objects.requireNonNull(lengths, "lengths");
        return new SeriesDataset(this, lengths);
    }

    /**
     * Creates a data set of samples with labels.
     *
     * @param shape the shape of a sample
     * @param values {@code [samples x shape.size()]}, in torch's order; not copied, readable by every thread
     * @param labels one for each sample, from 0
     * @param classes the number of classes, at least 1
     * @return the data set
     * @throws IllegalArgumentException if a shape differs or a label is not a class
     */
    static Dataset of(Shape shape, FloatMatrix values, int[] labels, int classes) {
        return ArrayDataset.of(shape, values, labels, classes);
    }

    /**
     * Creates a data set of samples with numeric targets.
     *
     * @param shape the shape of a sample
     * @param values {@code [samples x shape.size()]}, in torch's order; not copied, and of memory that every thread may
     *     read
     * @param targets {@code [samples x outputs]}, or {@code [samples x (steps * outputs)]} with the steps one after
     *     another; not copied, and of memory that every thread may read
     * @return the data set
     * @throws IllegalArgumentException if a shape differs
     */
    static Dataset ofTargets(Shape shape, FloatMatrix values, FloatMatrix targets) {
        Objects.requireNonNull(targets, "targets");
        return ArrayDataset.ofTargets(shape, values, targets);
    }

    /**
     * Creates a data set of samples with targets for populations by name.
     *
     * @param shape the shape of a sample
     * @param values {@code [samples x shape.size()]}, in torch's order; not copied, and of memory that every thread may
     *     read
     * @param targets as {@link #withTargets} takes them
     * @return the data set
     * @throws IllegalArgumentException if a shape differs
     */
    static Dataset ofTargets(Shape shape, FloatMatrix values, Map<String, FloatMatrix> targets) {
        return ArrayDataset.ofTargets(shape, values, null).withTargets(targets);
    }

    /**
     * Joins images and labels of IDX files, the format of MNIST and Fashion-MNIST. Values are {@code byte / 255}, as in
     * torchvision's {@code ToTensor}. A set of 60,000 images takes 47 MB, a byte for each pixel.
     *
     * @param name the name of the set in messages
     * @param images {@code [count x height x width]} or {@code [count x features]}
     * @param labels {@code [count]}; the largest is the last class
     * @return the data set, of shape {@code [1 x height x width]} or {@code [features]}
     * @throws IOException if there are no images, a number of dimensions is wrong, or the counts differ
     */
    static Dataset idx(String name, Idx images, Idx labels) throws IOException {
        Objects.requireNonNull(name, "name");
        Objects.requireNonNull(images, "images");
        return idx(name, images, Objects.requireNonNull(labels, "labels").labels());
    }

    /**
     * Joins images of an IDX file and labels, such as {@link Idx#readLabels} reads.
     *
     * @param name the name of the set in messages
     * @param images {@code [count x height x width]} or {@code [count x features]}
     * @param labels one for each image; the largest is the last class
     * @return the data set, of shape {@code [1 x height x width]} or {@code [features]}
     * @throws IOException if there are no images, they have one dimension, a label is negative, or the counts differ
     */
    static Dataset idx(String name, Idx images, int[] labels) throws IOException {
        return IdxDataset.of(name, images, labels);
    }

    /**
     * Reads the training images of a folder: {@code train-images-idx3-ubyte} and {@code train-labels-idx1-ubyte}, each
     * plain or with {@code .gz}.
     *
     * @param folder the folder
     * @return the data set
     * @throws IOException if a file is missing or invalid
     */
    static Dataset idxTrain(Path folder) throws IOException {
        return IdxDataset.train(folder);
    }

    /**
     * Reads the test images of a folder: {@code t10k-images-idx3-ubyte} and {@code t10k-labels-idx1-ubyte}, each plain
     * or with {@code .gz}.
     *
     * @param folder the folder
     * @return the data set
     * @throws IOException if a file is missing or invalid
     */
    static Dataset idxTest(Path folder) throws IOException {
        return IdxDataset.test(folder);
    }

    /**
     * Returns the event-camera recordings of a folder or an HDF5 file as samples for {@link InputEncoding#recordings}.
     * They are read on demand; {@link #read} writes the spike counts of the neurons.
     *
     * <p>An HDF5 file has labels. A folder may have a {@code labels.csv} with lines {@code file,label}; otherwise its
     * subfolders are classes, ordered by name, or by number if all names are numbers.
     *
     * @param folder the folder or file
     * @param binning the conversion of events to spikes
     * @param steps the steps of a sample, from its first event on, at least 1
     * @return the data set, of the shape of a step
     * @throws IOException if there are no recordings or labels, or the folder cannot be read
     * @throws IllegalArgumentException if {@code steps} is below 1
     */
    static Dataset events(Path folder, EventBinning binning, int steps) throws IOException {
        return EventDataset.of(folder, binning, steps);
    }

    /**
     * Returns recordings as {@link #events(Path, EventBinning, int)} does, and caches their packed spikes in a file,
     * which is written again if the recordings or the binning change.
     *
     * @param folder the folder or file
     * @param binning the conversion of events to spikes
     * @param steps the steps of a sample, from its first event on, at least 1
     * @param cache the file, which takes a bit for each neuron, step and sample
     * @return the data set, of the shape of a step
     * @throws IOException as without a cache, or if a recording cannot be read or the cache cannot be written
     * @throws IllegalArgumentException if {@code steps} is below 1
     */
    static Dataset events(Path folder, EventBinning binning, int steps, Path cache) throws IOException {
        Objects.requireNonNull(cache, "cache");
        return EventDataset.of(folder, binning, steps).cached(cache);
    }

    /**
     * Returns the folder of Fashion-MNIST from Debian's package dataset-fashion-mnist.
     *
     * @return the folder; empty if the package is not installed
     */
    static Optional<Path> fashionMnist() {
        return IdxDataset.fashionMnist();
    }
}

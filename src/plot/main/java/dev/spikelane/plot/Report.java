package dev.spikelane.plot;

import dev.spikelane.io.file.AtomicFile;
import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.plot.data.Signals;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * A page with figures and text. The file includes everything, also the drawing library. It works offline, in light and
 * dark themes and at any width, and loads nothing. All text is escaped.
 *
 * <p>A report is a builder: each method changes it and returns it.
 *
 * <pre>{@code
 * Report.of("My network")
 *         .section("Rasters").text("One sample, 200 steps.").figure(Plot.raster(spikes))
 *         .write(Path.of("report.html"));
 * }</pre>
 */
public final class Report {

    private final String title;
    private final List<Block> blocks = new ArrayList<>();

    private Report(String title) {
        this.title = Objects.requireNonNull(title, "title");
    }

    /**
     * Starts a report.
     *
     * @param title the heading; none if empty
     * @return an empty report
     */
    public static Report of(String title) {
        return new Report(title);
    }

    /**
     * Starts a section.
     *
     * @param heading its heading
     * @return this report
     */
    public Report section(String heading) {
        return with(new Block.Section(Objects.requireNonNull(heading, "heading")));
    }

    /**
     * Adds a paragraph.
     *
     * @param paragraph plain text
     * @return this report
     */
    public Report text(String paragraph) {
        return with(new Block.Text(Objects.requireNonNull(paragraph, "paragraph")));
    }

    /**
     * Adds numbers in large type, such as densities and times.
     *
     * @param numbers names and values, in the map's order; text after a line break in a value is small
     * @return this report
     */
    public Report tiles(Map<String, String> numbers) {
        Objects.requireNonNull(numbers, "numbers");
        return with(new Block.Facts(true, Block.Fact.all(numbers)));
    }

    /**
     * Adds a list of facts, such as a configuration.
     *
     * @param facts names and values, in the map's order
     * @return this report
     */
    public Report facts(Map<String, String> facts) {
        Objects.requireNonNull(facts, "facts");
        return with(new Block.Facts(false, Block.Fact.all(facts)));
    }

    /**
     * Draws a network as a chain of layers.
     *
     * @param layers names and sizes, from the input on, in the map's order
     * @return this report
     * @throws IllegalArgumentException if there is no layer, there are more than 12, or a layer has no neuron
     */
    public Report layers(Map<String, Integer> layers) {
        Objects.requireNonNull(layers, "layers");
        return with(Block.Layers.of(layers));
    }

    /**
     * Adds a figure below its title. Later changes to the figure show when the page is written.
     *
     * @param figure the figure
     * @return this report
     * @throws IllegalArgumentException if the report already has this figure, because both would change together
     */
    public Report figure(Figure figure) {
        Objects.requireNonNull(figure, "figure");
        if (blocks.stream().anyMatch(block -> block instanceof Block.Chart chart && chart.figure() == figure)) {
            throw new IllegalArgumentException("the report has the figure '" + figure.title()
                    + "' already, expected another one; make each with a call of its own to Plot");
        }
        return with(new Block.Chart(figure));
    }

    /**
     * Adds images, each with the spike counts of a network.
     *
     * @param images {@code [images x pixels]}, gray values from 0 (black) to 1
     * @param width pixels in a row of an image
     * @param labels the class of each image
     * @param counts the spikes of each output neuron for each image
     * @return this report
     * @throws IllegalArgumentException if the numbers of labels, counts and images differ, or the width does not divide
     *     an image
     */
    public Report verdicts(FloatMatrix images, int width, List<String> labels, List<List<Integer>> counts) {
        return verdicts(images, width, labels, counts, List.of());
    }

    /**
     * Adds images as {@link #verdicts(FloatMatrix, int, List, List)} does, with rasters that open on a click. The
     * {@linkplain Figure#labels labels} of the rasters name the counts.
     *
     * @param images {@code [images x pixels]}, gray values from 0 (black) to 1
     * @param width pixels in a row of an image
     * @param labels the class of each image
     * @param counts the spikes of each output neuron for each image
     * @param rasters a {@linkplain Plot#raster raster} for each image; may be empty
     * @return this report
     * @throws IllegalArgumentException if the numbers of labels, counts, rasters and images differ, the width does not
     *     divide an image, or a figure is no raster
     */
    public Report verdicts(
            FloatMatrix images, int width, List<String> labels, List<List<Integer>> counts, List<Figure> rasters) {
        Objects.requireNonNull(images, "images");
        Objects.requireNonNull(labels, "labels");
        Objects.requireNonNull(counts, "counts");
        if (labels.size() != images.rows() || counts.size() != images.rows()) {
            throw new IllegalArgumentException(labels.size() + " labels and " + counts.size()
                    + " lists of counts, expected " + images.rows() + ", one for each image");
        }
        if (!rasters.isEmpty() && rasters.size() != images.rows()) {
            throw new IllegalArgumentException(
                    rasters.size() + " rasters, expected " + images.rows() + ", one for each image");
        }
        List<RasterPlot> opened = rasters.stream().map(Report::raster).toList();
        List<Verdict> verdicts = new ArrayList<>();
        for (int image = 0; image < images.rows(); image++) {
            List<String> names =
                    opened.isEmpty() ? List.of() : opened.get(image).names();
            List<Integer> spikes = List.copyOf(counts.get(image));
            verdicts.add(new Verdict(labels.get(image), spikes, names.size() == spikes.size() ? names : List.of()));
        }
        return with(new Block.Verdicts(
                Block.Images.of(Signals.of("images", images, 1, 0), width), List.copyOf(verdicts), opened));
    }

    /**
     * Writes the page as a whole or not at all; a pipe or a device is written in place.
     *
     * @param file {@code .html} or {@code .htm}, or a name without an extension
     * @throws IllegalArgumentException if the extension is another one
     * @throws IllegalStateException if ECharts is missing for figures; the message names the dependency to add
     * @throws IOException if the file cannot be written
     */
    public void write(Path file) throws IOException {
        Objects.requireNonNull(file, "file");
        if (!String.valueOf(file.getFileName()).matches("(?i)[^.]*|.*\\.html?")) {
            throw new IllegalArgumentException(
                    "report is to be written to " + file + ", expected .html, as it is a page");
        }
        AtomicFile.write(file, toHtml().getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Returns the page, for a service.
     *
     * @return a document of about a megabyte
     * @throws IllegalStateException if ECharts is missing for figures; the message names the dependency to add
     */
    public String toHtml() {
        try {
            return HtmlPage.of(title, blocks);
        } catch (IOException failure) { // from resources of this library
            throw new UncheckedIOException(failure);
        }
    }

    /**
     * Animates the activity of a network for an image: neurons light up when they fire, each panel of the raster is a
     * grid of them, and the spikes of the last panel grow as bars.
     *
     * @param label the class or the verdict of the image
     * @param image {@code [1 x pixels]}, gray values from 0 (black) to 1
     * @param width pixels in a row of the image
     * @param raster a {@linkplain Plot#raster raster} of the layers, whose {@linkplain Figure#labels labels} name the
     *     bars
     * @return this report
     * @throws IllegalArgumentException if there is more than one image, the width does not divide it, or the figure is
     *     no raster
     */
    public Report activity(String label, FloatMatrix image, int width, Figure raster) {
        Objects.requireNonNull(label, "label");
        Objects.requireNonNull(image, "image");
        image.requireShape("image", 1, image.columns());
        Signals pixels = Signals.of("image", image, 1, 0);
        return with(new Block.Activity(label, Block.Images.of(pixels, width), raster(raster)));
    }

    private static RasterPlot raster(Figure figure) {
        if (figure instanceof RasterPlot raster) {
            return raster;
        }
        throw new IllegalArgumentException("figure '" + figure.title() + "' is no raster, expected one for each image");
    }

    private Report with(Block block) {
        blocks.add(block);
        return this;
    }

    @Override
    public String toString() {
        return "Report '" + title + "' of " + blocks.size() + " blocks";
    }
}

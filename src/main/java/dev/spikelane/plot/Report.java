package dev.spikelane.plot;

import dev.spikelane.io.AtomicFile;
import dev.spikelane.memory.FloatMatrix;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * One page of many figures, with text between them. The file holds all it needs, also the library that draws: it works offline, in light
 * and dark, on a screen of any width, and loads nothing from anywhere. All text is escaped.
 *
 * <pre>{@code
 * Report.of("My network")
 *         .section("Rasters").text("One sample, 200 steps.").figure(Plot.raster(spikes))
 *         .write(Path.of("report.html"));
 * }</pre>
 */
public final class Report {

    private final String title;
    private final List<Block> blocks;

    private Report(String title, List<Block> blocks) {
        this.title = title;
        this.blocks = blocks;
    }

    /**
     * Starts a report.
     *
     * @param title the heading; none if empty
     * @return a report without content
     */
    public static Report of(String title) {
        return new Report(title, List.of());
    }

    /**
     * Starts a section.
     *
     * @param heading its heading
     * @return the same report with it
     */
    public Report section(String heading) {
        return with(new Block.Section(heading));
    }

    /**
     * Adds a paragraph.
     *
     * @param paragraph plain text
     * @return the same report with it
     */
    public Report text(String paragraph) {
        return with(new Block.Text(paragraph));
    }

    /**
     * Adds numbers in large type, such as densities and times.
     *
     * @param numbers names and values, in the map's order
     * @return the same report with them
     */
    public Report tiles(Map<String, String> numbers) {
        return with(new Block.Facts(true, Block.Fact.all(numbers)));
    }

    /**
     * Adds a list of facts, such as a configuration.
     *
     * @param facts names and values, in the map's order
     * @return the same report with them
     */
    public Report facts(Map<String, String> facts) {
        return with(new Block.Facts(false, Block.Fact.all(facts)));
    }

    /**
     * Adds a figure, its title above it.
     *
     * @param figure the figure
     * @return the same report with it
     */
    public Report figure(Figure figure) {
        return with(new Block.Chart(figure));
    }

    /**
     * Adds images, each beside the spike counts that a network found for it.
     *
     * @param images {@code [images x pixels]}, grey values from 0 (black) to 1
     * @param width pixels in a row of an image
     * @param labels what each image shows
     * @param counts for each image the spikes of each output neuron
     * @return the same report with them
     * @throws IllegalArgumentException if there are more or less labels or counts than images, or the width does not divide an image
     * @throws IllegalStateException if the report has such images already
     */
    public Report verdicts(FloatMatrix images, int width, List<String> labels, List<List<Integer>> counts) {
        if (blocks.stream().anyMatch(Block.Verdicts.class::isInstance)) {
            throw new IllegalStateException("the report has verdicts already, expected one list of them");
        }
        if (labels.size() != images.rows() || counts.size() != images.rows()) {
            throw new IllegalArgumentException(labels.size() + " labels and " + counts.size()
                    + " lists of counts, expected " + images.rows() + ", one for each image");
        }
        List<Verdict> verdicts = new ArrayList<>();
        for (int image = 0; image < images.rows(); image++) {
            verdicts.add(new Verdict(labels.get(image), List.copyOf(counts.get(image))));
        }
        return with(Block.Verdicts.of(Signals.of("images", images, 1, 0), width, verdicts));
    }

    /**
     * Writes the page; the file is written as a whole or not at all, see {@link AtomicFile}.
     *
     * @param file the file, most often {@code .html}
     * @throws IllegalStateException if ECharts is missing; the message names the dependency to add
     * @throws IOException if the file cannot be written
     */
    public void write(Path file) throws IOException {
        ByteBuffer page = StandardCharsets.UTF_8.encode(HtmlPage.of(title, blocks));
        AtomicFile.write(file, channel -> {
            while (page.hasRemaining()) {
                channel.write(page);
            }
        });
    }

    private Report with(Block block) {
        List<Block> all = new ArrayList<>(blocks);
        all.add(block);
        return new Report(title, List.copyOf(all));
    }
}

package dev.spikelane;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.spikelane.memory.FloatMatrix;
import dev.spikelane.neuron.Alpha;
import dev.spikelane.neuron.DeltaLeaky;
import dev.spikelane.neuron.HandLif;
import dev.spikelane.neuron.Lapicque;
import dev.spikelane.neuron.Leaky;
import dev.spikelane.neuron.LeakyParallel;
import dev.spikelane.neuron.Lif;
import dev.spikelane.neuron.Neuron;
import dev.spikelane.neuron.RLeaky;
import dev.spikelane.neuron.RSynaptic;
import dev.spikelane.neuron.Recurrence;
import dev.spikelane.neuron.SLstm;
import dev.spikelane.neuron.StateLeaky;
import dev.spikelane.neuron.Synaptic;
import dev.spikelane.neuron.gradient.NeuronGradient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Links of the pages have targets, and the pages list the differences from snnTorch of the Javadoc. */
class DocumentationTest {

    private static final Path SITE = Checkout.file("src/site/markdown");
    private static final int MOST_PAGES = 20;
    private static final int MOST_WORDS = 36_000;
    private static final int MOST_WORDS_OF_CONTRIBUTING = 1_900;
    private static final Pattern LINK = Pattern.compile("]\\(([^)\\s]+)\\)");
    private static final Pattern CODE_BLOCK = Pattern.compile("(?ms)^```.*?^```$");
    private static final Pattern HEADING = Pattern.compile("(?m)^#+ (.*)$");
    private static final Pattern QUOTED = Pattern.compile("`(\\w+)`");
    private static final Pattern ROW = Pattern.compile("(?s)<tr>(.*?)</tr>");
    private static final Pattern CELL = Pattern.compile("(?s)<t[dh]>(.*?)</t[dh]>");

    static List<Path> pages() throws IOException {
        List<Path> pages = new ArrayList<>(List.of(
                Checkout.file("README.md"),
                Checkout.file("CONTRIBUTING.md"),
                Checkout.file("SECURITY.md"),
                Checkout.file("bench/README.md"),
                Checkout.file("bench/EXPERIMENTS.md"),
                Checkout.file("bench/C2.md"),
                Checkout.file("bench/TESTS.md"),
                Checkout.file("native/README.md")));
        try (Stream<Path> site = Files.list(SITE)) {
            site.sorted().forEach(pages::add);
        }
        return pages;
    }

    @ParameterizedTest
    @MethodSource("pages")
    void linksLeadToFilesAndHeadings(Path page) throws IOException {
        for (String link : links(page)) {
            if (link.startsWith("https://")) {
                continue;
            }
            String[] parts = link.split("#", 2);
            Path target =
                    parts[0].isEmpty() ? page : page.resolveSibling(parts[0]).normalize();
            assertTrue(Files.exists(target), page + " links to " + link + ", which is not there");
            if (parts.length == 2) {
                assertTrue(
                        anchors(target).contains(parts[1]),
                        page + " links to " + link + ", a heading that is not there");
            }
        }
    }

    /** A page is linked by the README, or by a linked page. */
    @Test
    void everyPageOfTheSiteIsReachedFromTheReadme() throws IOException {
        Set<Path> reached = new TreeSet<>();
        for (Path page : linked(Checkout.file("README.md"))) {
            reached.add(page);
            reached.addAll(linked(page));
        }
        List<Path> lost = pages().stream()
                .filter(page -> page.startsWith(SITE) && !reached.contains(page))
                .toList();
        assertEquals(List.of(), lost);
    }

    private static List<Path> linked(Path page) throws IOException {
        return links(page).stream()
                .map(link -> link.split("#", 2)[0])
                .filter(link -> link.endsWith(".md") && !link.startsWith("https://"))
                .map(link -> page.resolveSibling(link).normalize())
                .toList();
    }

    @Test
    void pagesAreFewAndShort() throws IOException {
        List<Path> site = pages().stream().filter(page -> page.startsWith(SITE)).toList();
        int words = words(site);
        assertTrue(site.size() <= MOST_PAGES, site.toString());
        assertTrue(words <= MOST_WORDS, "the pages have " + words + " words, at most " + MOST_WORDS);
        assertTrue(words(List.of(Checkout.file("CONTRIBUTING.md"))) <= MOST_WORDS_OF_CONTRIBUTING);
    }

    private static int words(List<Path> pages) throws IOException {
        int words = 0;
        for (Path page : pages) {
            words += Files.readString(page).strip().split("\\s+").length;
        }
        return words;
    }

    /** The page has the tables of the Javadoc word for word, and may have others. */
    @ParameterizedTest
    @ValueSource(strings = {"neuron", "encode", "train"})
    void differencesFromSnnTorchAreThoseOfTheJavadoc(String floor) throws IOException {
        String page = Files.readString(SITE.resolve("snntorch.md")).replace("`", "");
        String javadoc = Files.readString(
                        Checkout.file("src/core/main/java/dev/spikelane/" + floor + "/package-info.java"))
                .replaceAll("\n \\* ?", " ");
        List<String> rows = ROW.matcher(javadoc)
                .results()
                .map(row -> markdown(row.group(1)))
                .toList();
        assertTrue(rows.size() > 15, floor);
        for (String row : rows) {
            assertTrue(page.contains("\n" + row + "\n"), "snntorch.md has no row: " + row);
        }
    }

    @ParameterizedTest
    @MethodSource("models")
    void learnedParametersAreThoseOfTheModel(Neuron model) throws IOException {
        String name = "`" + model.getClass().getSimpleName() + "`";
        String row = Files.readString(SITE.resolve("optimizers.md"))
                .lines()
                .filter(line -> line.startsWith("| `") && line.split("\\|")[1].contains(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("optimizers.md has no row for " + name));
        List<String> declared = QUOTED.matcher(row.split("\\|")[2])
                .results()
                .map(word -> word.group(1))
                .sorted()
                .toList();
        assertEquals(List.copyOf(NeuronGradient.learnable(model)), declared, name);
    }

    static List<Neuron> models() {
        FloatMatrix weights = FloatMatrix.zeros(4, 1);
        Recurrence own = Recurrence.oneToOne(0.5);
        return List.of(
                new Leaky(0.9),
                new StateLeaky(0.9),
                new Synaptic(0.8, 0.9),
                new Alpha(0.9, 0.8),
                Lapicque.ofBeta(0.9),
                new SLstm(weights, weights.transposed(), 0.5),
                new RLeaky(own, 0.9),
                new RSynaptic(own, 0.8, 0.9),
                new DeltaLeaky(0.9),
                new HandLif(0.9),
                new LeakyParallel(0.9),
                Lif.norse(1e-3, 200, 100));
    }

    private static String markdown(String row) {
        return CELL.matcher(row)
                .results()
                .map(cell -> cell.group(1)
                        .replaceAll("\\{@link\\s+(?:[a-z]+\\.)+([^}\\s]+)\\}", "$1")
                        .replaceAll("\\{@code\\s+([^}]*)\\}", "$1")
                        .replace('#', '.')
                        .replaceAll("\\s+", " ")
                        .strip())
                .collect(Collectors.joining(" | ", "| ", " |"));
    }

    private static List<String> links(Path page) throws IOException {
        String prose = CODE_BLOCK.matcher(Files.readString(page)).replaceAll("");
        return LINK.matcher(prose).results().map(link -> link.group(1)).toList();
    }

    /** Returns the link targets of headings. */
    private static List<String> anchors(Path page) throws IOException {
        String prose = CODE_BLOCK.matcher(Files.readString(page)).replaceAll("");
        return HEADING.matcher(prose).results().map(DocumentationTest::anchor).toList();
    }

    private static String anchor(MatchResult heading) {
        return heading.group(1)
                .toLowerCase(Locale.ROOT)
                .replaceAll("[^a-z0-9 -]", "")
                .replace(' ', '-');
    }
}

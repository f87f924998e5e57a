package dev.spikelane.plot;

import dev.spikelane.io.JsonWriter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The text of a page: markup, style sheet, data, ECharts and the scripts that draw. */
final class HtmlPage {

    /** In this order: later ones use earlier ones. */
    private static final List<String> SCRIPTS =
            List.of("data.js", "style.js", "raster.js", "traces.js", "counts.js", "matrix.js", "page.js");

    /** A browser that keeps to it loads nothing from anywhere, whatever the page holds. */
    private static final String POLICY =
            "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:";

    private final StringBuilder text = new StringBuilder();
    private final JsonWriter figures = new JsonWriter().array();
    private int charts;
    private Block.@Nullable Verdicts images;

    private HtmlPage() {}

    static String of(String title, List<Block> blocks) throws IOException {
        HtmlPage page = new HtmlPage();
        page.head(title.isEmpty() ? firstTitle(blocks) : title);
        if (!title.isEmpty()) {
            page.text.append("<h1>").append(escape(title)).append("</h1>\n");
        }
        blocks.forEach(page::block);
        page.scripts();
        return page.text.toString();
    }

    private static String firstTitle(List<Block> blocks) {
        return blocks.stream()
                .filter(Block.Chart.class::isInstance)
                .map(block -> ((Block.Chart) block).figure().title())
                .filter(title -> !title.isEmpty())
                .findFirst()
                .orElse("Spikelane");
    }

    private void head(String title) throws IOException {
        text.append("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n")
                .append("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n")
                .append("<meta http-equiv=\"Content-Security-Policy\" content=\"")
                .append(POLICY)
                .append("\">\n<link rel=\"icon\" href=\"data:,\">\n<title>")
                .append(escape(title))
                .append("</title>\n<style>\n")
                .append(resource("page.css"))
                .append("</style>\n</head>\n<body>\n<main>\n")
                .append(
                        "<noscript><p>The figures of this page are drawn by a script, which is switched off.</p></noscript>\n");
    }

    private void block(Block block) {
        switch (block) {
            case Block.Section section -> element("h2", section.heading());
            case Block.Text paragraph -> element("p", paragraph.paragraph());
            case Block.Facts facts -> facts(facts);
            case Block.Chart chart -> chart(chart.figure());
            case Block.Verdicts verdicts -> verdicts(verdicts);
        }
    }

    private void facts(Block.Facts facts) {
        text.append(facts.large() ? "<dl class=\"tiles\">\n" : "<div class=\"card\"><dl class=\"facts\">\n");
        for (Block.Fact fact : facts.facts()) {
            text.append(facts.large() ? "<div>" : "");
            element("dt", fact.name());
            element("dd", fact.value());
            text.append(facts.large() ? "</div>\n" : "");
        }
        text.append(facts.large() ? "</dl>\n" : "</dl></div>\n");
    }

    private void chart(Figure figure) {
        text.append("<figure>\n");
        if (!figure.title().isEmpty()) {
            element("figcaption", figure.title());
        }
        text.append("<div class=\"chart\" role=\"img\" id=\"chart-")
                .append(charts++)
                .append("\" aria-label=\"")
                .append(escape(FigureText.describe(figure)))
                .append("\"></div>\n</figure>\n");
        FigureJson.write(figure, figures);
    }

    private void verdicts(Block.Verdicts block) {
        images = block;
        text.append("<ul class=\"verdicts\">\n");
        for (int i = 0; i < block.verdicts().size(); i++) {
            Verdict verdict = block.verdicts().get(i);
            text.append("<li><canvas width=\"%d\" height=\"%d\" data-image=\"%d\" role=\"img\" aria-label=\""
                            .formatted(block.width(), block.height(), i))
                    .append(escape(verdict.label()))
                    .append("\"></canvas><div>");
            element("strong", verdict.label());
            text.append("<div class=\"verdict\">")
                    .append(escape(verdict.describe()))
                    .append("</div>");
            bars(verdict);
            text.append("</div></li>\n");
        }
        text.append("</ul>\n");
    }

    /** A bar for each count, drawn without a script. */
    private void bars(Verdict verdict) {
        int most = Math.max(1, verdict.most());
        text.append("<svg viewBox=\"0 0 ")
                .append(10 * verdict.counts().size())
                .append(" 20\" preserveAspectRatio=\"none\" aria-hidden=\"true\">");
        for (int neuron = 0; neuron < verdict.counts().size(); neuron++) {
            int count = verdict.counts().get(neuron);
            int height = Math.max(1, Math.round(20f * count / most));
            text.append("<rect%s x=\"%d\" y=\"%d\" width=\"8\" height=\"%d\"><title>neuron %d: %d</title></rect>"
                    .formatted(
                            count == most ? " class=\"most\"" : "",
                            10 * neuron + 1,
                            20 - height,
                            height,
                            neuron,
                            count));
        }
        text.append("</svg>");
    }

    private void scripts() throws IOException {
        text.append(
                        "<footer>The bar below a chart zooms, and so does the wheel with Ctrl. Made by Spikelane; drawn by Apache ECharts (Apache-2.0), which this page holds.</footer>\n")
                .append("</main>\n<script type=\"application/json\" id=\"content\">{\"figures\":")
                .append(figures.end());
        Block.Verdicts shown = images;
        if (shown != null) {
            text.append(",\"images\":")
                    .append(new JsonWriter()
                            .object()
                            .name("width")
                            .value(shown.width())
                            .name("height")
                            .value(shown.height())
                            .name("packed")
                            .value(Packed.of(shown.bytes()))
                            .end());
        }
        text.append("}</script>\n<script>")
                .append(ECharts.script())
                .append("</script>\n<script>\n(() => {\n'use strict';\n");
        for (String script : SCRIPTS) {
            text.append(resource(script));
        }
        text.append("})();\n</script>\n</body>\n</html>\n");
    }

    private void element(String name, String content) {
        text.append('<')
                .append(name)
                .append('>')
                .append(escape(content))
                .append("</")
                .append(name)
                .append(">\n");
    }

    private static String escape(String plain) {
        return plain.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replace("\"", "&quot;");
    }

    private static String resource(String name) throws IOException {
        try (InputStream stream = HtmlPage.class.getResourceAsStream(name)) {
            if (stream == null) {
                throw new IOException(name + ": is missing beside " + HtmlPage.class.getName());
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}

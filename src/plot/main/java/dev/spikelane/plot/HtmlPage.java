package dev.spikelane.plot;

import dev.spikelane.io.file.JsonWriter;
import dev.spikelane.plot.page.ECharts;
import dev.spikelane.plot.page.Packed;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The text of a page: markup, style sheet, data, ECharts and drawing scripts. */
final class HtmlPage {

    /** Later scripts use earlier ones. */
    private static final List<String> SCRIPTS = List.of(
            "data.js",
            "style.js",
            "raster.js",
            "traces.js",
            "curves.js",
            "counts.js",
            "image.js",
            "matrix.js",
            "verdicts.js",
            "activity.js",
            "page.js");

    /** Prevents browsers from loading anything, whatever the content of the page. */
    private static final String POLICY =
            "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:";

    private final StringBuilder text = new StringBuilder();
    private final JsonWriter figures = new JsonWriter().array();
    private final List<Block.Verdicts> images = new ArrayList<>();
    private final JsonWriter activities = new JsonWriter().array();
    /** True if the page draws more than charts. */
    private boolean scripted;

    private int blocks;
    private int charts;

    private HtmlPage() {}

    static String of(String title, List<Block> blocks) throws IOException {
        HtmlPage page = new HtmlPage();
        page.head(title.isEmpty() ? firstTitle(blocks) : title);
        if (!title.isEmpty()) {
            page.element("h1", title);
        }
        blocks.forEach(page::block);
        page.dialog();
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
        add("""
                <!DOCTYPE html>
                <html lang="en">
                <head>
                <meta charset="utf-8">
                <meta name="viewport" content="width=device-width, initial-scale=1">
                <meta http-equiv="Content-Security-Policy" content="%s">
                <link rel="icon" href="data:,">
                <title>%s</title>
                <style>
                %s</style>
                </head>
                <body>
                <main>
                <noscript><p>The figures of this page are drawn by a script, which is switched off.</p></noscript>
                """, POLICY, escape(title), resource("page.css"));
    }

    private void block(Block block) {
        blocks++;
        switch (block) {
            case Block.Section section -> element("h2", section.heading());
            case Block.Text paragraph -> paragraph(paragraph);
            case Block.Facts facts -> facts(facts);
            case Block.Layers layers -> text.append(LayersDrawing.of(layers.layers()));
            case Block.Chart chart -> chart(chart.figure());
            case Block.Verdicts verdicts -> verdicts(verdicts);
            case Block.Activity activity -> activity(activity);
        }
    }

    /** The first paragraph is larger. */
    private void paragraph(Block.Text block) {
        add("<p%s>%s</p>\n", blocks == 1 ? " class=\"lead\"" : "", escape(block.paragraph()));
    }

    private void facts(Block.Facts facts) {
        text.append(facts.large() ? "<dl class=\"tiles\">\n" : "<div class=\"card\"><dl class=\"facts\">\n");
        for (Block.Fact fact : facts.facts()) {
            text.append(facts.large() ? "<div>" : "");
            element("dt", fact.name());
            if (facts.large()) {
                tile(fact.value());
            } else {
                element("dd", fact.value());
            }
        }
        text.append(facts.large() ? "</dl>\n" : "</dl></div>\n");
    }

    /** Writes a number, and below it the text after a line break in small letters. */
    private void tile(String value) {
        int end = value.indexOf('\n');
        element("dd", end < 0 ? value : value.substring(0, end));
        if (end >= 0) {
            add("<dd class=\"note\">%s</dd>", escape(value.substring(end + 1)));
        }
        text.append("</div>\n");
    }

    private void chart(Figure figure) {
        int most = figure.width(0);
        text.append(figure instanceof SheetPlot ? "<figure class=\"sheet\"" : "<figure")
                .append(most == 0 ? ">\n" : " style=\"max-width:" + most + "px\">\n");
        if (!figure.title().isEmpty()) {
            element("figcaption", figure.title());
        }
        if (figure instanceof SheetPlot shown) {
            add("<div style=\"--columns:%d\">\n", shown.columns());
            shown.figures().forEach(this::chart);
            text.append("</div>\n</figure>\n");
            return;
        }
        String label = escape(figure.describe());
        add("<div class=\"chart\" role=\"img\" id=\"chart-%d\" aria-label=\"%s\"></div>\n</figure>\n", charts++, label);
        FigureJson.write(figure, figures);
    }

    /** Writes an area that the script fills. */
    private void activity(Block.Activity block) {
        scripted = true;
        text.append("<figure class=\"activity\">\n");
        element("figcaption", block.label());
        String label = escape("activity: " + block.raster().describe());
        add("<div class=\"stage\" role=\"img\" aria-label=\"%s\"></div>\n</figure>\n", label);
        activities.object();
        images(block.image(), activities);
        activities.name("raster");
        FigureJson.write(block.raster(), activities);
        activities.end();
    }

    /** Writes a card for each image; it is a button if it opens a raster. */
    private void verdicts(Block.Verdicts block) {
        int list = images.size();
        images.add(block);
        scripted = true;
        boolean opens = !block.rasters().isEmpty();
        text.append("<ul class=\"verdicts\">\n");
        for (int i = 0; i < block.verdicts().size(); i++) {
            Verdict verdict = block.verdicts().get(i);
            text.append(opens ? "<li><button type=\"button\" class=\"image\">" : "<li><span class=\"image\">");
            int width = block.images().width();
            int height = block.images().height();
            add("<canvas width=\"%d\" height=\"%d\" data-list=\"%d\" data-image=\"%d\"", width, height, list, i);
            add(" role=\"img\" aria-label=\"%s\"></canvas><span>", escape(verdict.label()));
            element("strong", verdict.label());
            add("<span class=\"verdict\">%s</span>", escape(verdict.describe()));
            bars(verdict);
            text.append(opens ? "</span></button></li>\n" : "</span></span></li>\n");
        }
        text.append("</ul>\n");
    }

    /** Draws a bar for each count without a script. */
    private void bars(Verdict verdict) {
        int largest = Math.max(1, verdict.most());
        int width = 10 * verdict.counts().size();
        add("<svg viewBox=\"0 0 %d 20\" preserveAspectRatio=\"none\" aria-hidden=\"true\">", width);
        for (int neuron = 0; neuron < verdict.counts().size(); neuron++) {
            int count = verdict.counts().get(neuron);
            int height = Math.max(1, Math.round(20f * count / largest));
            String most = count == largest ? " class=\"most\"" : "";
            add("<rect%s x=\"%d\" y=\"%d\" width=\"8\" height=\"%d\">", most, 10 * neuron + 1, 20 - height, height);
            String name = verdict.names().isEmpty()
                    ? "neuron " + neuron
                    : escape(verdict.names().get(neuron));
            add("<title>%s: %d</title></rect>", name, count);
        }
        text.append("</svg>");
    }

    /** Writes the dialog for rasters of all image lists. */
    private void dialog() {
        if (images.stream().anyMatch(list -> !list.rasters().isEmpty())) {
            text.append("<dialog aria-label=\"raster\"><header><canvas></canvas><strong></strong>")
                    .append("<span class=\"verdict\"></span>")
                    .append("<button type=\"button\" class=\"close\" aria-label=\"close\">×</button></header>")
                    .append("<div class=\"chart\" role=\"img\" aria-label=\"raster\"></div></dialog>\n");
        }
    }

    /** A page of text needs no drawing library. */
    private void scripts() throws IOException {
        if (charts == 0 && !scripted) {
            text.append("<footer>Made by Spikelane.</footer>\n</main>\n</body>\n</html>\n");
            return;
        }
        text.append("<footer>The bar below a chart zooms, and so does the wheel with Ctrl. Made by Spikelane;"
                        + " drawn by Apache ECharts (Apache-2.0), which this page holds.</footer>\n")
                .append("</main>\n<script type=\"application/json\" id=\"content\">{\"figures\":")
                .append(figures.end().text());
        JsonWriter json = new JsonWriter().array();
        for (Block.Verdicts shown : images) {
            json.object();
            images(shown.images(), json);
            json.name("rasters").array();
            shown.rasters().forEach(raster -> FigureJson.write(raster, json));
            json.end().end();
        }
        String both = ",\"images\":%s,\"activities\":%s}</script>\n";
        add(both, json.end().text(), activities.end().text());
        add("<script>%s</script>\n<script>\n(() => {\n'use strict';\n", ECharts.script());
        for (String script : SCRIPTS) {
            text.append(resource(script));
        }
        text.append("})();\n</script>\n</body>\n</html>\n");
    }

    private static void images(Block.Images images, JsonWriter json) {
        json.name("width").value(images.width()).name("height").value(images.height());
        json.name("packed").value(Packed.of(images.bytes()));
    }

    private void element(String name, String content) {
        add("<%1$s>%2$s</%1$s>\n", name, escape(content));
    }

    /** Formats with ASCII digits; the user's locale may have others. */
    @SuppressWarnings("AnnotateFormatMethod") // the annotation is not in the JDK
    private void add(String format, Object... values) {
        text.append(String.format(Locale.ROOT, format, values));
    }

    static String escape(String plain) {
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

package io.github.oauth2state.benchmarks.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Bars that compare apps with a baseline, which is 1. A line across the end of a bar
 * shows the quartiles.
 */
public final class Chart implements Section {

	private static final int WIDTH = 760;

	private static final int LABELS = 390;

	private static final int TOP = 44;

	private static final int ROW = 26;

	private static final String STYLE = """
			<style>
			text { font: 13px system-ui, sans-serif; fill: #1b1f27 }
			.title { font-weight: 600; font-size: 15px }
			.bar { fill: #0b57d0 }
			.one, .range { stroke: #566070 }
			.one { stroke-dasharray: 3 3 }
			@media (prefers-color-scheme: dark) {
			text { fill: #e8ebf0 }
			.bar { fill: #7fb0ff }
			.one, .range { stroke: #a9b2c1 }
			}
			</style>
			""";

	private final String file;

	private final String title;

	private final List<Bar> bars = new ArrayList<>();

	/**
	 * Creates a chart.
	 * @param file the name of its file, without ".svg"
	 * @param title its title
	 */
	public Chart(String file, String title) {
		this.file = file;
		this.title = title;
	}

	/**
	 * Adds a bar.
	 * @param label what it is of
	 * @param ratios the median and quartiles of the ratios
	 */
	public void add(String label, Quartiles ratios) {
		this.bars.add(new Bar(label, ratios));
	}

	@Override
	public String markdown() {
		return "![%s](%s.svg)\n\n".formatted(this.title, this.file);
	}

	@Override
	public Map<String, Object> data() {
		return Map.of("chart", this.title, "bars", this.bars);
	}

	@Override
	public void writeFiles(Path folder) throws IOException {
		Files.writeString(folder.resolve(this.file + ".svg"), svg());
	}

	private String svg() {
		double most = Math.max(1, this.bars.stream().mapToDouble((bar) -> bar.ratios().upper()).max().orElse(1));
		double unit = (WIDTH - LABELS - 60) / most;
		int height = TOP + ROW * this.bars.size() + 10;
		StringBuilder svg = new StringBuilder();
		append(svg, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\">%n", WIDTH, height);
		svg.append("<title>").append(escape(this.title)).append("</title>\n").append(STYLE);
		append(svg, "<text class=\"title\" x=\"10\" y=\"24\">%s</text>%n", escape(this.title));
		int y = TOP;
		for (Bar bar : this.bars) {
			append(svg, "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>%n", LABELS - 10, y + 15,
					escape(bar.label()));
			append(svg, "<rect class=\"bar\" x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"18\" rx=\"2\"/>%n", LABELS, y + 1,
					bar.ratios().median() * unit);
			append(svg, "<path class=\"range\" d=\"M%.1f %d H%.1f\"/>%n", LABELS + bar.ratios().lower() * unit, y + 10,
					LABELS + bar.ratios().upper() * unit);
			append(svg, "<text x=\"%.1f\" y=\"%d\">%s</text>%n", LABELS + bar.ratios().upper() * unit + 6, y + 15,
					Table.number(bar.ratios().median()));
			y += ROW;
		}
		append(svg, "<path class=\"one\" d=\"M%.1f %d V%d\"/>%n</svg>%n", LABELS + unit, TOP - 6, y);
		return svg.toString();
	}

	private static void append(StringBuilder svg, String format, Object... args) {
		svg.append(String.format(Locale.ROOT, format, args));
	}

	private static String escape(String text) {
		return text.replace("&", "&amp;").replace("<", "&lt;");
	}

	/**
	 * A bar.
	 *
	 * @param label what it is of
	 * @param ratios the median and quartiles of the ratios
	 */
	record Bar(String label, Quartiles ratios) {
	}

}

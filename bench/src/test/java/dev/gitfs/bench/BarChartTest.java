package dev.gitfs.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.stream.IntStream;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

final class BarChartTest {

  @Test
  void barsAreAsLongAsTheirValues() throws Exception {
    var chart = new BarChart("Times");
    var group = chart.group("find");
    group.bar("mount", 2);
    group.bar("clone", 8);
    chart.group("grep").bar("clone", 4);
    var widths =
        elements(parsed(chart), "rect")
            .filter(bar -> length(bar, "x") > 100)
            .map(BarChartTest::width);
    assertThat(widths.map(width -> width / 510)).containsExactly(0.25, 1.0, 0.5);
  }

  @Test
  void eachSeriesHasOneColourAndOnePlaceInTheLegend() throws Exception {
    var chart = new BarChart("Times");
    chart.group("find").bar("mount", 2);
    chart.group("grep").bar("clone", 4);
    chart.group("tar").bar("mount", 4);
    assertThat(elements(parsed(chart), "rect").map(bar -> bar.getAttribute("class")))
        .containsExactly("bar0", "bar1", "bar0", "bar1", "bar0");
  }

  @Test
  void textIsTextWhateverIsInIt() throws Exception {
    var chart = new BarChart("a < b & c");
    assertThat(parsed(chart).getElementsByTagName("title").item(0).getTextContent())
        .isEqualTo("a < b & c");
  }

  @Test
  void itHasColoursForDarkPagesToo() {
    assertThat(new BarChart("Times").svg()).contains("@media (prefers-color-scheme: dark)");
  }

  private static Document parsed(BarChart chart) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new ByteArrayInputStream(chart.svg().getBytes(StandardCharsets.UTF_8)));
  }

  private static java.util.stream.Stream<Element> elements(Document document, String name) {
    var nodes = document.getElementsByTagName(name);
    return IntStream.range(0, nodes.getLength()).mapToObj(i -> (Element) nodes.item(i));
  }

  private static double width(Element bar) {
    return length(bar, "width");
  }

  private static double length(Element bar, String attribute) {
    return Double.parseDouble(bar.getAttribute(attribute));
  }
}

"""The capabilities of a Web Map Tile Service, RESTful (OGC 07-057r7): all rasters in WebMercatorQuad."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring

from starlette.responses import Response

from api.answers import answer
from api.asked import Asked
from api.links import PNG, tile_template
from api.raster_handles import SIDE
from api.rasters import raster_path
from gis_core.tiles import HALF_WORLD_M
from layers.catalogue import RasterInfo

FORMATS = {"xml": "application/xml"}
QUAD = "WebMercatorQuad"
# The scale set that this standard names for it (Annex E.4), and its system.
SCALES = "urn:ogc:def:wkss:OGC:1.0:GoogleMapsCompatible"
MERCATOR = "urn:ogc:def:crs:EPSG::3857"
# A pixel of a screen by the standard; zoom 0 is then at 1 : 559082264.0287178.
PIXEL_M = 0.00028
# Beyond this a map client shows the same pixels larger, as the product's own map does.
LAST_ZOOM = 17

WMTS = "http://www.opengis.net/wmts/1.0"
OWS = "http://www.opengis.net/ows/1.1"
XLINK = "http://www.w3.org/1999/xlink"


async def capabilities(asked: Asked) -> Response:
    """Answer with the capabilities of the tiles of all rasters that the viewer may see."""
    for prefix, namespace in (("", WMTS), ("ows", OWS), ("xlink", XLINK)):
        register_namespace(prefix, namespace)
    root = Element(f"{{{WMTS}}}Capabilities", {"version": "1.0.0"})
    service = SubElement(root, f"{{{OWS}}}ServiceIdentification")
    _texts(service, OWS, (("Title", asked.service.settings.title.to(asked.language)),))
    _texts(service, OWS, (("ServiceType", "OGC WMTS"), ("ServiceTypeVersion", "1.0.0")))
    contents = SubElement(root, f"{{{WMTS}}}Contents")
    for info in asked.catalogue.rasters.values():
        _layer(asked, contents, info)
    _matrices(contents)
    SubElement(root, f"{{{WMTS}}}ServiceMetadataURL", {f"{{{XLINK}}}href": asked.again()})
    return await answer(asked, tostring(root, "utf-8", xml_declaration=True))


def _layer(asked: Asked, contents: Element, info: RasterInfo) -> None:
    layer = SubElement(contents, f"{{{WMTS}}}Layer")
    definition, language = info.definition, asked.language
    _texts(
        layer,
        OWS,
        (("Title", definition.title.to(language)), ("Abstract", definition.description.to(language))),
    )
    west, south, east, north = info.extent.as_tuple()
    box = SubElement(layer, f"{{{OWS}}}WGS84BoundingBox")
    _texts(box, OWS, (("LowerCorner", f"{west} {south}"), ("UpperCorner", f"{east} {north}")))
    _texts(layer, OWS, (("Identifier", info.id),))
    style = SubElement(layer, f"{{{WMTS}}}Style", {"isDefault": "true"})
    _texts(style, OWS, (("Identifier", "default"),))
    _texts(layer, WMTS, (("Format", PNG),))
    grid = SubElement(layer, f"{{{WMTS}}}TileMatrixSetLink")
    _texts(grid, WMTS, (("TileMatrixSet", QUAD),))
    names = ("TileMatrix", "TileRow", "TileCol")
    template = tile_template(asked, raster_path(info), names, ".png", f"?rev={info.revision}")
    SubElement(layer, f"{{{WMTS}}}ResourceURL", {"format": PNG, "resourceType": "tile", "template": template})


def _matrices(contents: Element) -> None:
    grid = SubElement(contents, f"{{{WMTS}}}TileMatrixSet")
    _texts(grid, OWS, (("Identifier", QUAD), ("SupportedCRS", MERCATOR)))
    _texts(grid, WMTS, (("WellKnownScaleSet", SCALES),))
    for zoom in range(LAST_ZOOM + 1):
        matrix = SubElement(grid, f"{{{WMTS}}}TileMatrix")
        _texts(matrix, OWS, (("Identifier", str(zoom)),))
        scale = 2 * HALF_WORLD_M / SIDE / PIXEL_M / 2**zoom
        across = str(2**zoom)
        _texts(
            matrix,
            WMTS,
            (
                ("ScaleDenominator", repr(scale)),
                ("TopLeftCorner", f"{-HALF_WORLD_M} {HALF_WORLD_M}"),
                ("TileWidth", str(SIDE)),
                ("TileHeight", str(SIDE)),
                ("MatrixWidth", across),
                ("MatrixHeight", across),
            ),
        )


def _texts(parent: Element, namespace: str, entries: Iterable[tuple[str, str]]) -> None:
    for name, text in entries:
        SubElement(parent, f"{{{namespace}}}{name}").text = text

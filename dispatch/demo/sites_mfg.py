"""Works and depots of Newport.

Names, coordinates, addresses and opening hours: © OpenStreetMap contributors, ODbL.
"""

from dispatch.demo.places import Place

MFG_SITES = [
    Place("Hog Brew", 51.570133, -3.004342, "Maesglas Industrial Estate", "NP20 2NN"),
    Place(
        "Spirit of Wales",
        51.570608,
        -3.004096,
        "16a Maesglas Industrial Estate",
        "NP20 2NN",
    ),
    Place(
        "Acme Glass",
        51.588864,
        -2.986673,
        "71 Corporation Road",
        "NP19 0BG",
        "0-4 08:00-17:00; 5-5 08:00-12:00",
    ),
    Place("Acorn House", 51.574298, -2.987064, "Mill Parade", "NP20 2JQ"),
    Place("Avana Business Park", 51.589427, -3.057273, "Scholars Close", "NP10 9NB"),
    Place(
        "Enterprise Industrial Park", 51.578858, -2.987583, "Enterprise Way", "NP20 2AQ"
    ),
    Place("Ingram Networks", 51.585404, -2.995985, "11a Charles Street", "NP20 1JU"),
    Place("Leeway Industrial Estate", 51.569635, -2.94708, "Estuary Road", "NP19 4SP"),
    Place(
        "Maesglas Industrial Estate", 51.569375, -3.002958, "Greenwich Road", "NP20 2NN"
    ),
    Place("Old Town Dock", 51.575035, -2.980691, "Usk Way", "NP20 2BW"),
    Place(
        "Queensway Meadows Industrial Estate",
        51.573351,
        -2.947075,
        "Lee Way",
        "NP19 4SL",
    ),
    Place(
        "Reevesland Industrial Estate", 51.571049, -2.965616, "Langland Way", "NP19 4PT"
    ),
    Place("Telford Depot", 51.586734, -2.976816, "Dudley Street", "NP19 0FE"),
    Place(
        "Tregwilym Industrial Estate",
        51.582083,
        -3.047561,
        "Tregwilym Close",
        "NP10 9DX",
    ),
    Place("Wern Industrial Estate", 51.589368, -3.055501, "Rogerstone", "NP10 9FQ"),
    Place("Bodycote", 51.569868, -3.003599, "Greenwich Road", "NP20 2NN"),
    Place(
        "Mono Metals",
        51.575009,
        -2.985947,
        "27 Mill Parade",
        "NP20 2BY",
        "0-4 07:00-16:00; 5-5 07:00-12:00",
    ),
    Place("Newport Wafer Fab", 51.565329, -3.02354, "Cardiff Road", "NP10 8YJ"),
    Place(
        "ISL Displays & Graphics", 51.588575, -2.972257, "274 Chepstow Road", "NP19 8NN"
    ),
    Place("Signs Prints Graphics", 51.58202, -2.973572, "Corporation Road", "NP19 0GA"),
    Place("Western Valley Tanks", 51.553102, -3.037933, "Celtic Way", "NP10 8BE"),
    Place(
        "The Monmouthshire Window Company",
        51.57204,
        -2.948243,
        "Leeway Industrial Estate",
        "NP19 4SL",
        "0-4 08:00-16:30",
    ),
    Place("Brays Sweets", 51.587628, -2.97427, "2-3 Conway Road", "NP19 8PA"),
    Place("Chase Manufacturing", 51.570642, -2.946199, "Estuary Road", "NP19 4SP"),
]

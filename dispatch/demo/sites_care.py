"""Clinics, surgeries, wards and pharmacies of Newport.

Names, coordinates, addresses and opening hours: © OpenStreetMap contributors, ODbL.
"""

from dispatch.demo.places import Place

CARE_SITES = [
    Place("CACI Clinic", 51.590218, -2.982756, "Chepstow Road", "NP19 8ED"),
    Place("Diabetes Centre", 51.581047, -2.996506, "Clytha Square", "NP20 2UB"),
    Place(
        "Lower Dock Street Clinic",
        51.583899,
        -2.991141,
        "139 Lower Dock Street",
        "NP20 1EE",
    ),
    Place(
        "Park Square Day Services", 51.583645, -2.996276, "12 Park Square", "NP20 4EQ"
    ),
    Place(
        "St Pauls Clinic",
        51.582916,
        -2.993914,
        "Palmyra Place",
        "NP20 4EJ",
        "0-4 08:00-18:30",
    ),
    Place(
        "St. Brides Medical Care Centre",
        51.556745,
        -3.019587,
        "Tredegar House Drive",
        "NP10 8UX",
        "0-4 08:00-18:30",
    ),
    Place(
        "The Jeff Hemmerman Rehabilitation Clinic",
        51.587359,
        -2.999743,
        "7 Caxton Place",
        "NP20 4BN",
    ),
    Place(
        "Bupa Dental Care",
        51.577319,
        -3.019339,
        "55 Gaer Road",
        "NP20 3GY",
        "0-1 08:00-19:00; 2-2 08:00-18:00; 3-4 08:00-17:00",
    ),
    Place(
        "Kensington Court Clinic", 51.58962, -2.974302, "197 Chepstow Road", "NP19 8GJ"
    ),
    Place(
        "Alway Health Centre",
        51.586664,
        -2.944691,
        "18 Penkin Close",
        "NP19 9NT",
        "0-4 08:00-18:30",
    ),
    Place("Beechwood Surgery", 51.58833, -2.964248, "Chepstow Road", "NP19 8XR"),
    Place("Belle Vue Surgery", 51.577336, -2.996506, "Capel Crescent", "NP20 2FS"),
    Place(
        "Chapelwood Surgery",
        51.582272,
        -3.041433,
        "Western Valley Road",
        "NP10 9DU",
        "0-0 08:00-18:00; 1-1 08:00-19:00; 2-3 08:00-18:00; 4-4 07:30-18:00",
    ),
    Place(
        "Gaer Medical Centre",
        51.578159,
        -3.018971,
        "71 Gaer Road",
        "NP20 3GX",
        "0-4 08:00-18:30",
    ),
    Place("Gwanwyn Ward", 51.581415, -3.003549, "Friars Road", "NP20 4SZ"),
    Place(
        "Holly Hawthorn Sycamore Ward", 51.580854, -3.00372, "Friars Road", "NP20 4SZ"
    ),
    Place("Morgan Therapy", 51.581377, -3.003179, "Friars Road", "NP20 4SZ"),
    Place("Penhow Ward", 51.58146, -3.003911, "Friars Road", "NP20 4SZ"),
    Place("Ruperra Ward", 51.581107, -3.003264, "Friars Road", "NP20 4SZ"),
    Place("Springfield Day Hospital", 51.581149, -3.003626, "Friars Road", "NP20 4SZ"),
]
